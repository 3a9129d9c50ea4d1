package cri

import (
	"bytes"
	"strings"
	"testing"
)

func TestQuietPrintsWholeNames(t *testing.T) {
	id := strings.Repeat("0123456789abcdef", 4)
	for quiet, expected := range map[bool]string{true: id + "\n", false: "CONTAINER       STATE\n0123456789abc   RUNNING\n"} {
		var output bytes.Buffer
		table := newTable(&output, quiet, "CONTAINER", "STATE")
		table.row(id, short(id), "RUNNING")
		if err := table.writer.Flush(); err != nil {
			t.Fatal(err)
		}
		if output.String() != expected {
			t.Errorf("quiet %t: %q", quiet, output.String())
		}
	}
}
