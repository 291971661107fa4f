"""What a paper.yaml may say: read strictly, checked field by field, refused with the remedy.

    strict_yaml   text to plain values: no tags, no aliases, no numbers of doubtful type
    schema        the fields, their types and their limits
    checks        what no single field can know: names, ranges, metrics, rules
    faults        what is wrong as one line: file, field, remedy
    editor_schema the same fields for an editor's completion (docs/paper.schema.json)

`recount.registry` puts them together. No torch here.
"""
