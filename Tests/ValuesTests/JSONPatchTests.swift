import Testing
import Values

@Suite struct JSONPatchTests {
    private let document: JSONValue = [
        "kind": "A", "list": ["x", "y"], "inner": ["a": 1, "b": 2], "t~/e": 0,
    ]

    @Test func aMergeReplacesListsAndTakesOutNulls() {
        var value = document
        value.merge(["list": ["z"], "inner": ["a": nil, "c": ["d": true]], "new": ["e": 5]])
        #expect(value["list"] == ["z"])
        #expect(value["inner"] == ["b": 2, "c": ["d": true]])
        #expect(value["new"]["e"] == 5)
        #expect(value["kind"] == "A")
    }

    @Test func operationsAreAppliedInOrder() throws {
        var value = document
        try value.apply(patch: [
            ["op": "add", "path": "/list/-", "value": "z"], ["op": "add", "path": "/list/0", "value": "w"],
            ["op": "remove", "path": "/list/1"], ["op": "replace", "path": "/inner/a", "value": 7],
            ["op": "move", "from": "/inner/b", "path": "/moved"],
            ["op": "copy", "from": "/kind", "path": "/copy"],
            ["op": "replace", "path": "/t~0~1e", "value": 3], ["op": "test", "path": "/inner/a", "value": 7],
        ])
        #expect(value["list"] == ["w", "y", "z"])
        #expect(value["inner"] == ["a": 7])
        #expect(value["moved"] == 2)
        #expect(value["copy"] == "A")
        #expect(value["t~/e"] == 3)
    }

    @Test(
        arguments: [
            ["op": "remove", "path": "/missing"], ["op": "replace", "path": "/list/2", "value": 0],
            ["op": "add", "path": "/no/where", "value": 0], ["op": "add", "path": "/list/3", "value": 0],
            ["op": "test", "path": "/kind", "value": "B"], ["op": "add", "path": "kind", "value": 0],
            ["op": "grow", "path": "/kind"], ["op": "add", "path": "/list/-/x", "value": 0],
        ] as [JSONValue])
    func whatCannotBeAppliedChangesNothing(operation: JSONValue) {
        var value = document
        #expect(throws: JSONPatchError.self) {
            try value.apply(patch: [["op": "remove", "path": "/kind"], operation])
        }
        #expect(value == document)
    }
}
