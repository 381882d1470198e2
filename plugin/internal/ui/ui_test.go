package ui

import (
	"bytes"
	"encoding/json"
	"reflect"
	"strings"
	"testing"
	"time"
	"unicode/utf8"
)

func TestWordsShowWhatIsNotVisible(t *testing.T) {
	for text, expected := range map[string]string{
		"web-config": "web-config", "jürgen@bank": "jürgen@bank", "": "", "a b": `"a b"`, "a\nb": `"a\nb"`, "\x1b[31m": `"\x1b[31m"`, "a\u202eb": `"a\u202eb"`, "\u009b": `"\u009b"`, `"a"`: `"\"a\""`,
		"a\u00a0b": `"a\u00a0b"`, "a\xffb": `"a\xffb"`,
	} {
		if found := Word(text); found != expected {
			t.Errorf("%q: %s", text, found)
		}
	}
	if found := Text("a b\tc\x1b[0m\r\u202e"); found != `a b    c\x1b[0m\r\u202e` {
		t.Errorf("%s", found)
	}
}

func TestUsersAreShownAsPeopleKnowThem(t *testing.T) {
	for name, expected := range map[string]string{
		"alice": "alice", "system:serviceaccount:argocd:argocd-application-controller": "sa argocd/argocd-application-controller",
		"system:serviceaccount:shop:deployer": "sa deployer", "system:serviceaccount:x": "system:serviceaccount:x", "sa argocd/x": `"sa argocd/x"`, "system:serviceaccount:a:b\nc": `sa "a/b\nc"`,
	} {
		if found := User(name, "shop"); found != expected {
			t.Errorf("%s: %s", name, found)
		}
	}
}

func TestImagesWithoutTheirRegistry(t *testing.T) {
	digest := strings.Repeat("0123456789abcdef", 4)
	for image, expected := range map[string]string{
		"registry.example.com:5000/shop/web:1.2": "web:1.2", "web": "web", "a/web@sha256:" + digest: "web@0123456", "a/web:1@sha256:" + digest: "web:1", "a/\n": `"\n"`,
	} {
		if found := Image(image); found != expected {
			t.Errorf("%s: %s", image, found)
		}
	}
}

func TestTablesFit(t *testing.T) {
	var out bytes.Buffer
	p := &Printer{Out: &out, Width: 60, Now: time.Unix(0, 0)}
	table := &Table{Header: []string{"NAME", "LONG"}, Wraps: []int{1}}
	table.Add(C(strings.Repeat("n", 50)), Cell{{Plain, "one-item"}, {Plain, "another-item"}, {Plain, strings.Repeat("x", 70)}, {Plain, "last"}})
	table.Add(C("b"), nil)
	table.Print(p)
	expected := `NAME                                        LONG
nnnnnnnnnnnnnnnnnnnn…nnnnnnnnnnnnnnnnnnnnn  one-item,
                                            another-item,
                                            xxxxxxxx…xxxxxxxxx,
                                            last
b                                           -
`
	if out.String() != expected {
		t.Errorf("%s", out.String())
	}
	for _, line := range strings.Split(out.String(), "\n") {
		if utf8.RuneCountInString(line) > 44+18+1 {
			t.Errorf("%q", line)
		}
	}
}

func TestYAMLAndJSONEscape(t *testing.T) {
	value := map[string]any{"text": "a\n\u0085\u202e\U000e0001\x1b\"\\", "true": "true", "list": []any{map[string]any{"a": 1, "b": []any{}}, "x y", nil}, "empty": map[string]any{}}
	var yaml, text bytes.Buffer
	if err := PrintYAML(&yaml, value); err != nil {
		t.Fatal(err)
	}
	expected := `empty: {}
list:
- a: 1
  b: []
- "x y"
- null
text: "a\n\u0085\u202e\U000e0001\u001b\"\\"
"true": "true"
`
	if yaml.String() != expected {
		t.Errorf("%s", yaml.String())
	}
	if err := PrintJSON(&text, value); err != nil {
		t.Fatal(err)
	}
	var back map[string]any
	if err := json.Unmarshal(text.Bytes(), &back); err != nil || back["text"] != value["text"] {
		t.Errorf("%v %q", err, text.String())
	}
	if !reflect.DeepEqual(back["list"], []any{map[string]any{"a": 1.0, "b": []any{}}, "x y", nil}) {
		t.Errorf("%v", back["list"])
	}
}
