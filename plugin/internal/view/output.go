package view

import "lockstep.dev/kubectl-lockstep/internal/rules"

// DiffOutput is a comparison of two versions, for programs.
type DiffOutput struct {
	Kind        string `json:"kind"`
	Namespace   string `json:"namespace"`
	Name        string `json:"name"`
	From        string `json:"from"`
	To          string `json:"to"`
	Differences []any  `json:"differences"`
}

type hiddenDifference struct {
	Key    string `json:"key"`
	Change string `json:"change"`
}

type shownDifference struct {
	Key    string  `json:"key"`
	Change string  `json:"change"`
	From   *string `json:"from"`
	To     *string `json:"to"`
}

// Differences for programs: with values, or hidden, with keys alone.
func Differences(differences []Difference, hidden bool) []any {
	result := []any{}
	for _, difference := range differences {
		if hidden {
			result = append(result, hiddenDifference{difference.Key, difference.Change})
			continue
		}
		one := shownDifference{Key: difference.Key, Change: difference.Change}
		if difference.From != nil {
			one.From = &difference.From.Text
		}
		if difference.To != nil {
			one.To = &difference.To.Text
		}
		result = append(result, one)
	}
	return result
}

// ChangeOutput is how two templates differ, for programs.
type ChangeOutput struct {
	Images []ImageOutput  `json:"images"`
	Config []ConfigOutput `json:"config"`
	Other  []OtherOutput  `json:"other"`
}

// ImageOutput is a container's image.
type ImageOutput struct {
	Container string `json:"container"`
	From      string `json:"from"`
	To        string `json:"to"`
}

// ConfigOutput is a ConfigMap or Secret.
type ConfigOutput struct {
	Head        string  `json:"head"`
	From        *string `json:"from"`
	To          *string `json:"to"`
	Differences []any   `json:"differences"`
}

// OtherOutput is any other field.
type OtherOutput struct {
	Path string `json:"path"`
	From string `json:"from"`
	To   string `json:"to"`
}

// Output of a change; values of Secrets only where asked for.
func (c *TemplateChange) Output(showSecrets bool) ChangeOutput {
	output := ChangeOutput{[]ImageOutput{}, []ConfigOutput{}, []OtherOutput{}}
	for _, image := range c.Images {
		output.Images = append(output.Images, ImageOutput(image))
	}
	for _, config := range c.Configs {
		output.Config = append(output.Config, ConfigOutput{
			config.Head.String(), optional(config.From), optional(config.To), Differences(config.Differences, config.Head.IsSecret() && !showSecrets),
		})
	}
	for _, other := range c.Other {
		output.Other = append(output.Other, OtherOutput(other))
	}
	return output
}

// UndoOutput is a rollback, for programs.
type UndoOutput struct {
	Kind      string `json:"kind"`
	Namespace string `json:"namespace"`
	Name      string `json:"name"`
	Revision  int64  `json:"toRevision"`
	DryRun    bool   `json:"dryRun"`
	ChangeOutput
	Held map[string]string `json:"held"`
}

// Output of a rollback.
func (u *Undo) Output(dryRun, showSecrets bool) UndoOutput {
	return UndoOutput{
		u.Workload.Kind.Kind, u.Workload.Namespace, u.Workload.Name, u.To.Number, dryRun, u.Change.Output(showSecrets), heldOutput(u.Held),
	}
}

func heldOutput(held rules.Bindings) map[string]string {
	result := map[string]string{}
	for head, version := range held {
		result[head.String()] = version
	}
	return result
}
