"""What the tests of all packages share: real servers, the running stack."""
