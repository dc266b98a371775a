"""schema_test.py SCHEMA FOLDER: whether the schema takes and refuses the configurations in FOLDER as CMakeLists.txt says."""

import json
import pathlib
import sys

import jsonschema

schema_file, folder = map(pathlib.Path, sys.argv[1:])
schema = json.loads(schema_file.read_text(encoding="utf-8"))
jsonschema.Draft7Validator.check_schema(schema)
validator = jsonschema.Draft7Validator(schema)

right = wrong = 0
for kind in ("sound", "refused", "beyond_a_schema"):
    files = sorted((folder / kind).glob("*.json"))
    assert files, f"no configuration in {folder / kind}"
    for file in files:
        first = next(validator.iter_errors(json.loads(file.read_text(encoding="utf-8"))), None)
        if (first is not None) == (kind == "refused"):
            right += 1
        else:
            wrong += 1
            print(f"{kind}/{file.name}: {f'refused: {first.message}' if first else 'taken'}")
print(f"{right} passed, {wrong} failed")
sys.exit(wrong != 0)
