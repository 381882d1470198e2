package command

import "github.com/spf13/cobra"

func (a *App) dashboard() *cobra.Command {
	return &cobra.Command{Use: "dashboard"}
}
