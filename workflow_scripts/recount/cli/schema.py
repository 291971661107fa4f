"""`recount schema`: the JSON Schema of paper.yaml; an editor completes and checks with it."""

from recount import files, registry
from recount.declaration import editor_schema


def add(parser) -> None:
    parser.add_argument("--write", action="store_true", help="into docs/paper.schema.json")
    parser.add_argument("--check", action="store_true", help="is docs/paper.schema.json fresh?")


def run(args) -> int:
    path = registry.root() / "docs" / "paper.schema.json"
    if args.write:
        files.write_text(path, editor_schema.written())
        print(f"wrote docs/{path.name}")
    elif args.check:
        fresh = path.is_file() and path.read_text(encoding="utf-8") == editor_schema.written()
        print("fresh" if fresh else f"docs/{path.name} is stale; run `recount schema --write`")
        return int(not fresh)
    else:
        print(editor_schema.written(), end="")
    return 0
