package view

import (
	"encoding/base64"
	"sort"
	"strings"
	"unicode/utf8"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

// Value of a key.
type Value struct {
	Text string
	// Binary: Text is base64.
	Binary bool
}

// Content of a ConfigMap or Secret.
type Content map[string]Value

// ContentOf an object. Of a Secret, values that are text are decoded.
func ContentOf(object *unstructured.Unstructured) Content {
	content := Content{}
	if object == nil {
		return content
	}
	data, _, _ := unstructured.NestedStringMap(object.Object, "data")
	for key, value := range data {
		if object.GetKind() != "Secret" {
			content[key] = Value{value, false}
			continue
		}
		decoded, err := base64.StdEncoding.DecodeString(value)
		if err != nil || !utf8.Valid(decoded) {
			content[key] = Value{value, true}
			continue
		}
		content[key] = Value{string(decoded), false}
	}
	binary, _, _ := unstructured.NestedStringMap(object.Object, "binaryData")
	for key, value := range binary {
		content[key] = Value{value, true}
	}
	return content
}

// Changes that a key can go through.
const (
	Added   = "added"
	Removed = "removed"
	Changed = "changed"
)

// Difference of one key.
type Difference struct {
	Key    string
	Change string
	From   *Value
	To     *Value
}

// Compare says which keys differ, sorted.
func Compare(from, to Content) []Difference {
	var differences []Difference
	for key, before := range from {
		after, stays := to[key]
		switch {
		case !stays:
			differences = append(differences, Difference{key, Removed, &before, nil})
		case before != after:
			differences = append(differences, Difference{key, Changed, &before, &after})
		}
	}
	for key, after := range to {
		if _, was := from[key]; !was {
			differences = append(differences, Difference{key, Added, nil, &after})
		}
	}
	sort.Slice(differences, func(i, j int) bool { return differences[i].Key < differences[j].Key })
	return differences
}

// Step of a comparison of texts: ' ' for a line that stays, '-' and '+'.
type Step struct {
	Sign byte
	Line string
}

// Lines compares two texts, with three lines around each difference; a step with the sign '.' stands for what is left
// out.
func Lines(from, to string) []Step {
	return near(lineSteps(split(from), split(to)))
}

func split(text string) []string {
	lines := strings.Split(text, "\n")
	if last := len(lines) - 1; last > 0 {
		if lines[last] == "" {
			return lines[:last]
		}
		lines[last] += "   (without an end of line)"
	}
	return lines
}

// Beyond that, what is between the common ends is all new: nobody reads it line by line.
const largest = 4_000_000

func lineSteps(a, b []string) []Step {
	var steps []Step
	first := 0
	for first < len(a) && first < len(b) && a[first] == b[first] {
		steps = append(steps, Step{' ', a[first]})
		first++
	}
	endA, endB := len(a), len(b)
	for endA > first && endB > first && a[endA-1] == b[endB-1] {
		endA--
		endB--
	}
	steps = append(steps, middle(a[first:endA], b[first:endB])...)
	for _, line := range a[endA:] {
		steps = append(steps, Step{' ', line})
	}
	return steps
}

// middle finds the longest common subsequence.
func middle(a, b []string) []Step {
	var common [][]int32
	if len(a)*len(b) <= largest {
		common = make([][]int32, len(a)+1)
		for i := range common {
			common[i] = make([]int32, len(b)+1)
		}
		for i := len(a) - 1; i >= 0; i-- {
			for j := len(b) - 1; j >= 0; j-- {
				if a[i] == b[j] {
					common[i][j] = common[i+1][j+1] + 1
				} else {
					common[i][j] = max(common[i+1][j], common[i][j+1])
				}
			}
		}
	}
	var steps []Step
	i, j := 0, 0
	for i < len(a) || j < len(b) {
		switch {
		case common != nil && i < len(a) && j < len(b) && a[i] == b[j]:
			steps = append(steps, Step{' ', a[i]})
			i++
			j++
		case i < len(a) && (j >= len(b) || common == nil || common[i+1][j] >= common[i][j+1]):
			steps = append(steps, Step{'-', a[i]})
			i++
		default:
			steps = append(steps, Step{'+', b[j]})
			j++
		}
	}
	return steps
}

func near(steps []Step) []Step {
	keep := make([]bool, len(steps))
	for i, step := range steps {
		if step.Sign != ' ' {
			for j := max(0, i-3); j <= min(len(steps)-1, i+3); j++ {
				keep[j] = true
			}
		}
	}
	var result []Step
	for i, step := range steps {
		if keep[i] {
			result = append(result, step)
		} else if len(result) == 0 || result[len(result)-1].Sign != '.' {
			result = append(result, Step{'.', ""})
		}
	}
	return result
}
