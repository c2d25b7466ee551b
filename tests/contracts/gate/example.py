"""A schema with one of everything: what the table of changes starts from. No contract of ours, so that it stays."""

from tests.contracts.gate.patches import Schema

EXAMPLE: Schema = {
    "$defs": {
        "Status": {"enum": ["open", "waiting", "closed"], "type": "string", "title": "Status"},
        "Sealed": {
            "properties": {"kid": {"type": "string", "format": "uuid"}, "sealed": {"type": "string", "minLength": 40}},
            "required": ["kid", "sealed"],
            "type": "object",
            "title": "Sealed",
        },
        "Email": {
            "properties": {"kind": {"const": "email", "type": "string"}, "address": {"type": "string"}},
            "required": ["kind", "address"],
            "type": "object",
            "title": "Email",
        },
        "Phone": {
            "properties": {"kind": {"const": "phone", "type": "string"}, "number": {"type": "string"}},
            "required": ["kind", "number"],
            "type": "object",
            "title": "Phone",
        },
        "Step": {
            "properties": {
                "at": {"type": "string", "format": "date-time"},
                "next": {"anyOf": [{"$ref": "#/$defs/Step"}, {"type": "null"}], "default": None},
            },
            "required": ["at"],
            "type": "object",
            "title": "Step",
        },
    },
    "properties": {
        "id": {"type": "string", "pattern": "^[0-9a-f]{8}$"},
        "subject": {"type": "string", "minLength": 1, "maxLength": 300},
        "text": {"anyOf": [{"type": "string", "minLength": 1, "maxLength": 2000}, {"$ref": "#/$defs/Sealed"}]},
        "status": {"$ref": "#/$defs/Status", "description": "where it stands"},
        "group": {"anyOf": [{"type": "string", "maxLength": 100}, {"type": "null"}]},
        "note": {"anyOf": [{"type": "string"}, {"type": "null"}], "default": None},
        "priority": {"type": "integer", "minimum": 1, "maximum": 5, "default": 3},
        "took": {"type": "integer", "minimum": 0, "x-unit": "ms"},
        "ratio": {"type": "number", "minimum": 0, "exclusiveMaximum": 1},
        "source": {"anyOf": [{"enum": ["mail", "web"]}, {"type": "string"}]},
        "urgent": {"type": "boolean", "default": False},
        "tags": {"type": "array", "items": {"type": "string", "maxLength": 50}, "maxItems": 20, "default": []},
        "counts": {
            "type": "object",
            "propertyNames": {"$ref": "#/$defs/Status"},
            "additionalProperties": {"type": "integer", "minimum": 0},
        },
        "contact": {
            "oneOf": [{"$ref": "#/$defs/Email"}, {"$ref": "#/$defs/Phone"}],
            "discriminator": {"propertyName": "kind"},
        },
        "first": {"$ref": "#/$defs/Step"},
        "history": {
            "type": "array",
            "items": {
                "type": "object",
                "title": "Entry",
                "properties": {"version": {"type": "integer"}, "by": {"type": "string", "default": "nobody"}},
                "required": ["version"],
            },
        },
    },
    "required": ["id", "subject", "text", "status", "group", "took", "ratio", "counts", "contact", "first", "history"],
    "type": "object",
    "title": "Example",
    "x-rules": ["closed goes without a note"],
}
