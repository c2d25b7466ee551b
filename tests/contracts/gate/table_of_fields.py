"""Changes of fields, of what they mean and of their limits, with the verdict that each must get."""

from tests.contracts.gate.cases import ANY, CONSUMERS, NONE, PRODUCERS, STRING, case
from tests.contracts.gate.patches import drop, put

FIELDS = [
    case("optional field added", ANY, "extra", put("/properties/extra", STRING)),
    case(
        "optional nullable field added", ANY, "extra", put("/properties/extra", {"anyOf": [STRING, {"type": "null"}]})
    ),
    case(
        "required field added",
        PRODUCERS,
        "extra",
        put("/properties/extra", STRING),
        put("/required/-", "extra"),
    ),
    case("optional field removed", CONSUMERS, "note", drop("/properties/note"), kept=NONE),
    case("required field removed", CONSUMERS, "subject", drop("/properties/subject"), drop("/required/1"), kept=NONE),
    case(
        "optional field renamed",
        CONSUMERS,
        "note",
        drop("/properties/note"),
        put("/properties/remark", {"anyOf": [STRING, {"type": "null"}], "default": None}),
        kept=NONE,
    ),
    case(
        "required field renamed",
        NONE,
        "subject",
        drop("/properties/subject"),
        put("/properties/title", {"type": "string", "minLength": 1, "maxLength": 300}),
        put("/required/1", "title"),
    ),
    case("optional made required", PRODUCERS, "priority", put("/required/-", "priority")),
    case("required made optional", CONSUMERS, "took", drop("/required/5")),
    case(
        "required list in another order",
        ANY,
        "",
        put(
            "/required",
            ["history", "first", "contact", "counts", "ratio", "took", "group", "status", "text", "subject", "id"],
        ),
    ),
    case("default changed", NONE, "priority", put("/properties/priority/default", 2)),
    case("default taken away", NONE, "urgent", drop("/properties/urgent/default")),
    case("default of an empty list changed", NONE, "tags", put("/properties/tags/default", ["new"])),
    case(
        "default added to a required field, which no reader ever fills in", ANY, "", put("/properties/took/default", 0)
    ),
    case("unit changed", NONE, "took", put("/properties/took/x-unit", "s")),
    case("unit no longer said", NONE, "took", drop("/properties/took/x-unit")),
    case("meaning said for the first time", ANY, "ratio", put("/properties/ratio/x-meaning", "share of all tickets")),
    case("new rule across fields", PRODUCERS, "", put("/x-rules/-", "urgent goes with priority 1")),
    case("rule across fields given up", CONSUMERS, "", put("/x-rules", [])),
    case("integer without an end made number", NONE, "took", put("/properties/took/type", "number")),
    case("description changed", ANY, "", put("/properties/status/description", "where the work stands")),
    case("title and examples changed", ANY, "", put("/title", "Better"), put("/properties/id/examples", ["0123abcd"])),
    case("unknown fields refused from now on", NONE, "", put("/additionalProperties", False)),
]

LIMITS = [
    case("maxLength lowered", PRODUCERS, "subject", put("/properties/subject/maxLength", 200)),
    case("maxLength raised", CONSUMERS, "subject", put("/properties/subject/maxLength", 400)),
    case("maxLength taken away", CONSUMERS, "subject", drop("/properties/subject/maxLength")),
    case("minLength raised", PRODUCERS, "subject", put("/properties/subject/minLength", 2)),
    case("minLength lowered", CONSUMERS, "subject", put("/properties/subject/minLength", 0)),
    case(
        "both ends moved",
        NONE,
        "subject",
        put("/properties/subject/minLength", 2),
        put("/properties/subject/maxLength", 400),
    ),
    case("pattern added", PRODUCERS, "note", put("/properties/note/anyOf/0/pattern", "^x")),
    case("pattern taken away", CONSUMERS, "id", drop("/properties/id/pattern")),
    case("pattern changed", NONE, "id", put("/properties/id/pattern", "^[0-9a-f]{9}$")),
    case("format added", PRODUCERS, "subject", put("/properties/subject/format", "email")),
    case("format taken away", CONSUMERS, "first.at", drop("/$defs/Step/properties/at/format")),
    case("minimum raised", PRODUCERS, "priority", put("/properties/priority/minimum", 2)),
    case("maximum raised", CONSUMERS, "priority", put("/properties/priority/maximum", 9)),
    case(
        "the same range of whole numbers, said otherwise",
        ANY,
        "priority",
        drop("/properties/priority/maximum"),
        put("/properties/priority/exclusiveMaximum", 6),
    ),
    case(
        "exclusive maximum made inclusive",
        CONSUMERS,
        "ratio",
        drop("/properties/ratio/exclusiveMaximum"),
        put("/properties/ratio/maximum", 1),
    ),
    case("multipleOf added", PRODUCERS, "took", put("/properties/took/multipleOf", 10)),
    case("maxItems lowered", PRODUCERS, "tags", put("/properties/tags/maxItems", 10)),
    case("items made unique", PRODUCERS, "tags", put("/properties/tags/uniqueItems", True)),
    case("what a list holds narrowed", PRODUCERS, "tags[]", put("/properties/tags/items/maxLength", 40)),
    case("map of counts limited in size", PRODUCERS, "counts", put("/properties/counts/maxProperties", 2)),
    case("a map's values widened", CONSUMERS, "counts.*", put("/properties/counts/additionalProperties/minimum", -1)),
]
