import json
import threading

import pytest

from harness.core.errors import SchemaError
from harness.formats.json_schema import SchemaFolder


@pytest.fixture
def folder(tmp_path):
    root = tmp_path / "schemas"
    (root / "shop").mkdir(parents=True)
    (root / "shop" / "reply.schema.json").write_text(
        json.dumps(
            {
                "type": "object",
                "properties": {"products": {"items": {"$ref": "product"}}},
                "$defs": {"Id": {"type": "integer"}},
            }
        )
    )
    (root / "shop" / "product.json").write_text('{"required": ["id"]}')
    (tmp_path / "secret.json").write_text("{}")
    return SchemaFolder(root, "schemas")


def refusal(folder, name):
    """The one problem that asking for a schema has."""
    with pytest.raises(SchemaError) as caught:
        folder.schema(name)
    (problem,) = caught.value.problems
    return problem


def test_schemas_have_names_without_suffix(folder):
    """Both suffixes are left out of the names, which are sorted."""
    assert folder.names() == ("shop/product", "shop/reply")


@pytest.mark.parametrize("name", ["shop/reply", "shop/reply.schema.json"])
def test_a_schema_is_found_by_name(folder, name):
    """A schema is found with and without its suffix, and follows its references."""
    schema = folder.schema(name)

    assert schema.is_valid({"products": [{"id": 1}]})
    assert [v.schema_pointer for v in schema.violations({"products": [{}]})] == [
        "shop/product.json#/required"
    ]


def test_a_part_of_a_schema_is_a_schema(folder):
    """A fragment behind the name compiles that part."""
    schema = folder.schema("shop/reply#/$defs/Id")

    assert schema.is_valid(3)
    assert not schema.is_valid("3")


def test_a_schema_is_compiled_once(folder):
    """Asking again gives the same schema, also from several threads at once."""
    found = []
    threads = [
        threading.Thread(target=lambda: found.append(folder.schema("shop/reply"))) for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(found) == 8
    assert len(set(map(id, found))) == 1


def test_an_unknown_name_has_a_suggestion(folder):
    """A misspelt name is refused with the nearest one."""
    problem = refusal(folder, "shop/replly")

    assert str(problem) == (
        "there is no schema 'shop/replly' in schemas; did you mean 'shop/reply'? [unknown-schema]"
    )


@pytest.mark.parametrize(
    "name", ["../secret", "/etc/passwd", "shop/../../secret", "a\0b", "x" * 400, "shop", ""]
)
def test_a_name_does_not_leave_the_folder(folder, name):
    """A name outside the folder is a name that is not there."""
    assert refusal(folder, name).code == "unknown-schema"


def test_a_link_does_not_leave_the_folder(folder, tmp_path):
    """A link to a file outside is not followed."""
    (tmp_path / "schemas" / "link.json").symlink_to(tmp_path / "secret.json")

    assert refusal(folder, "link").code == "unknown-schema"
    assert "link" not in folder.names()


def test_an_unknown_part(folder):
    """A fragment that leads nowhere is refused."""
    assert refusal(folder, "shop/reply#/$defs/Ident").code == "unknown-ref"


def test_a_problem_has_its_place_in_the_file(folder, tmp_path):
    """A fault in a schema file is shown with line, column and a caret under the key."""
    (tmp_path / "schemas" / "bad.json").write_text(
        '{\n  "properties": {\n    "a": {"$ref": "http://example.com"}\n  }\n}\n'
    )

    assert str(refusal(folder, "bad")) == (
        "schemas/bad.json:3:11: 'http://example.com' is a remote reference, and nothing is "
        'fetched\n    3 |     "a": {"$ref": "http://example.com"}\n'
        "      |           ^^^^^^ keep a copy in the schema folder and refer to it by its path"
        " [remote-ref]"
    )


def test_a_problem_in_a_referred_file_has_its_place_there(folder, tmp_path):
    """A fault in a second file is shown in that file."""
    (tmp_path / "schemas" / "first.json").write_text('{"$ref": "second.json"}')
    (tmp_path / "schemas" / "second.json").write_text('{"anyOf": [true, {"type": "txt"}]}')

    assert str(refusal(folder, "first").place) == "schemas/second.json:1:19"


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "not JSON: Expecting value"),
        (b"{'a': 1}", "not JSON: Expecting property name enclosed in double quotes"),
        (b'{"a": 1, "a": 2}', "not supported JSON: an object has the key 'a' twice"),
        (b'{"minimum": NaN}', "not supported JSON: NaN is not a JSON number"),
        (b'{"title": "\xff"}', "the file is not UTF-8 at byte 11"),
        (b"[" * 100_000, "not supported JSON: it is nested too deeply"),
    ],
    ids=["empty", "quotes", "twice", "nan", "bytes", "deep"],
)
def test_a_file_that_is_no_json(folder, tmp_path, content, message):
    """A file that is not JSON is named with the reason."""
    (tmp_path / "schemas" / "bad.json").write_bytes(content)

    problem = refusal(folder, "bad")

    assert problem.code == "invalid-json"
    assert problem.message == message


def test_a_byte_order_mark_is_read_over(folder, tmp_path):
    """A file that begins with a byte order mark is read."""
    (tmp_path / "schemas" / "bom.json").write_bytes(b'\xef\xbb\xbf{"type": "null"}')

    assert folder.schema("bom").is_valid(None)


def test_a_missing_folder_has_no_schemas(tmp_path):
    """A folder that is not there is an empty one."""
    assert SchemaFolder(tmp_path / "none", "none").names() == ()
