"""Changes of types, enumerations, unions and nested objects, with the verdict that each must get."""

from tests.contracts.gate.cases import ANY, CONSUMERS, NONE, PRODUCERS, STRING, case
from tests.contracts.gate.patches import drop, put

TYPES = [
    case("string made integer", NONE, "subject", put("/properties/subject", {"type": "integer"})),
    case("integer made number", CONSUMERS, "priority", put("/properties/priority/type", "number")),
    case(
        "number made integer", NONE, "ratio", put("/properties/ratio", {"type": "integer", "minimum": 0, "maximum": 5})
    ),
    case("boolean made integer", NONE, "urgent", put("/properties/urgent", {"type": "integer", "default": False})),
    case("bare value made an object", NONE, "id", put("/properties/id", {"$ref": "#/$defs/Sealed"})),
    case(
        "value made a list of them",
        NONE,
        "status",
        put("/properties/status", {"type": "array", "items": {"$ref": "#/$defs/Status"}}),
    ),
    case(
        "null allowed",
        CONSUMERS,
        "subject",
        put("/properties/subject", {"anyOf": [{"type": "string", "minLength": 1, "maxLength": 300}, {"type": "null"}]}),
    ),
    case("null no longer allowed", PRODUCERS, "group", put("/properties/group", {"type": "string", "maxLength": 100})),
    case(
        "nullable, said by a list of types",
        ANY,
        "",
        put("/properties/group", {"type": ["string", "null"], "maxLength": 100}),
    ),
    case("nullable narrowed inside", PRODUCERS, "group", put("/properties/group/anyOf/0/maxLength", 50)),
    case(
        "value added to an enumeration that readers know by heart",
        CONSUMERS,
        "status",
        put("/$defs/Status/enum/-", "parked"),
    ),
    case("value removed from an enumeration", PRODUCERS, "status", put("/$defs/Status/enum", ["open", "closed"])),
    case("value of an enumeration renamed", NONE, "status", put("/$defs/Status/enum", ["open", "paused", "closed"])),
    case("enumeration in another order", ANY, "", put("/$defs/Status/enum", ["closed", "waiting", "open"])),
    case("enumeration opened to any string", CONSUMERS, "status", put("/$defs/Status", STRING)),
    case(
        "value added to an enumeration that readers hold open",
        ANY,
        "source",
        put("/properties/source/anyOf/0/enum/-", "fax"),
    ),
    case("definition moved in place", ANY, "", put("/properties/status", {"enum": ["open", "waiting", "closed"]})),
    case(
        "definition renamed",
        ANY,
        "",
        put("/$defs/State", {"enum": ["open", "waiting", "closed"], "type": "string"}),
        put("/properties/status/$ref", "#/$defs/State"),
    ),
]

UNIONS = [
    case("a union gains a member", CONSUMERS, "text", put("/properties/text/anyOf/-", {"type": "integer"})),
    case("a union loses a member", PRODUCERS, "text", drop("/properties/text/anyOf/1")),
    case(
        "a union's members in another order",
        ANY,
        "",
        put(
            "/properties/text/anyOf",
            [{"$ref": "#/$defs/Sealed"}, {"type": "string", "minLength": 1, "maxLength": 2000}],
        ),
    ),
    case("one member narrowed", PRODUCERS, "text", put("/properties/text/anyOf/0/maxLength", 1000)),
    case(
        "one member's own field added, optional", ANY, "text<Sealed>.alg", put("/$defs/Sealed/properties/alg", STRING)
    ),
    case(
        "one member's own field made required",
        PRODUCERS,
        "text<Sealed>.alg",
        put("/$defs/Sealed/properties/alg", STRING),
        put("/$defs/Sealed/required/-", "alg"),
    ),
    case(
        "a range cut in two that touch",
        ANY,
        "subject",
        put(
            "/properties/subject",
            {
                "anyOf": [
                    {"type": "string", "minLength": 1, "maxLength": 99},
                    {"type": "string", "minLength": 100, "maxLength": 300},
                ]
            },
        ),
    ),
    case(
        "a range cut in two with a gap",
        PRODUCERS,
        "subject",
        put(
            "/properties/subject",
            {
                "anyOf": [
                    {"type": "string", "minLength": 1, "maxLength": 99},
                    {"type": "string", "minLength": 101, "maxLength": 300},
                ]
            },
        ),
    ),
    case(
        "a tagged union gains a kind",
        CONSUMERS,
        "contact",
        put(
            "/properties/contact/oneOf/-",
            {"type": "object", "properties": {"kind": {"const": "fax"}}, "required": ["kind"]},
        ),
    ),
    case("a tagged union loses a kind", PRODUCERS, "contact", drop("/properties/contact/oneOf/0")),
    case("a tag renamed", NONE, "contact", put("/$defs/Email/properties/kind/const", "mail")),
    case(
        "an optional field in one kind of a tagged union",
        ANY,
        "contact<Email>.name",
        put("/$defs/Email/properties/name", STRING),
    ),
    case(
        "a field removed from one kind",
        CONSUMERS,
        "contact<Phone>.number",
        drop("/$defs/Phone/properties/number"),
        put("/$defs/Phone/required", ["kind"]),
        kept=NONE,
    ),
    case(
        "objects without a tag put side by side",
        NONE,
        "first",
        put("/properties/first", {"anyOf": [{"$ref": "#/$defs/Step"}, {"$ref": "#/$defs/Sealed"}]}),
    ),
    case(
        "optional field added deep inside a list",
        ANY,
        "history[].note",
        put("/properties/history/items/properties/note", STRING),
    ),
    case(
        "default changed deep inside a list",
        NONE,
        "history[].by",
        put("/properties/history/items/properties/by/default", "us"),
    ),
    case("required deep inside a list", PRODUCERS, "history[].by", put("/properties/history/items/required/-", "by")),
    case(
        "narrowed in a type that speaks of itself",
        PRODUCERS,
        "first.at",
        put("/$defs/Step/properties/at/minLength", 21),
    ),
    case(
        "optional field in a type that speaks of itself", ANY, "first.note", put("/$defs/Step/properties/note", STRING)
    ),
    case(
        "a map's keys gain a value",
        CONSUMERS,
        "counts (names)",
        put("/properties/counts/propertyNames", {"enum": ["open", "waiting", "closed", "parked"]}),
    ),
    case(
        "a map closed into named fields",
        NONE,
        "counts.*",
        put("/properties/counts", {"type": "object", "properties": {"open": {"type": "integer"}}}),
    ),
    case("a keyword that the gate has no rule for", NONE, "subject", put("/properties/subject/not", {"const": "x"})),
    case("a condition between fields", NONE, "", put("/if", {"required": ["note"]})),
]
