"""AsyncAPI 3 documents, one a service: the topics it sends to and receives from, as the code and contracts say."""
