package hostile

import (
	"bytes"
	"encoding/json"
	"math/rand/v2"
	"testing"
)

func TestBrokenReviewsAreMadeOfTheSeedAndLeaveTheGoodOneAlone(t *testing.T) {
	good := deployment(attacker, "nothing")
	kept := bytes.Clone(good)
	one, two := rand.New(rand.NewPCG(1, 2)), rand.New(rand.NewPCG(1, 2))
	for range 50 {
		review := broken(one, good)
		if !bytes.Equal(review, broken(two, good)) {
			t.Fatal("the same seed makes another review")
		}
		if bytes.Equal(review, kept) {
			t.Fatal("that review is not broken")
		}
	}
	if !bytes.Equal(good, kept) {
		t.Error("the good review was changed")
	}
}

func TestWhatIsPutIntoAReviewIsInIt(t *testing.T) {
	good := deployment(attacker, "nothing")
	review := within(good, "[[1]]")
	if !json.Valid(good) || !json.Valid(review) || !bytes.Contains(review, []byte(`"image":[[1]]`)) {
		t.Errorf("%s", review)
	}
}
