package plan

import (
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
)

func file(t *testing.T, lines ...string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "plan.tsv")
	if err := os.WriteFile(path, []byte(strings.Join(lines, "\n")+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestReadTakesTheLinesOfItsModeAndBench(t *testing.T) {
	path := file(t, "# a comment", "",
		"short\tapiserver\tdeployment-create-2\t20\tnone,floor,jdk17\t3\t4",
		"full\tapiserver\tdeployment-create-2\t50\tnone\t5\t6",
		"short\tdirect\tcreate-2k\t8\tfloor\t3\t3")

	lines, err := Read(path, "short", "apiserver")

	want := []Line{{Case: "deployment-create-2", Load: 20, Targets: []string{"none", "floor", "jdk17"}, Blocks: 3, Seconds: 4}}
	if err != nil || !reflect.DeepEqual(lines, want) {
		t.Errorf("%v, %v", lines, err)
	}
}

func TestReadTellsTheLineThatItCannotRead(t *testing.T) {
	for name, line := range map[string]string{
		"a field too few":      "short\tapply\tseed\t1\tnone\t10",
		"a field too many":     "short\tapply\tseed\t1\tnone\t10\t0\tmore",
		"a load of no number":  "short\tapply\tseed\tmany\tnone\t10\t0",
		"blocks of no number":  "short\tapply\tseed\t1\tnone\tmany\t0",
		"seconds of no number": "short\tapply\tseed\t1\tnone\t10\tlong",
	} {
		t.Run(name, func(t *testing.T) {
			lines, err := Read(file(t, line), "short", "apply")

			if err == nil || !strings.Contains(err.Error(), "seed") {
				t.Errorf("%v, %v", lines, err)
			}
		})
	}
}

func TestAPlanWithoutALineForABenchIsAnError(t *testing.T) {
	if lines, err := Read(file(t, "short\tapply\tseed\t1\tnone\t10\t0"), "full", "apply"); err == nil {
		t.Errorf("%v", lines)
	}
}

// The plan itself: every line can be read, and is for a bench that there is.
func TestThePlanCanBeRead(t *testing.T) {
	const path = "../../plan.tsv"
	count := 0
	for _, mode := range []string{"short", "full"} {
		for _, bench := range []string{"apiserver", "direct", "apply"} {
			lines, err := Read(path, mode, bench)
			if err != nil {
				t.Error(err)
			}
			for _, line := range lines {
				if line.Blocks < 2 {
					t.Errorf("%s %s %s: one block has no interval", mode, bench, line.Case)
				}
			}
			count += len(lines)
		}
	}
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(text)) {
		if line[0] != '#' {
			count--
		}
	}
	if count != 0 {
		t.Errorf("%d lines are of no bench or mode", -count)
	}
}
