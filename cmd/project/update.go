package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

type updateCommand struct {
	From   string `help:"The repository of the template: a URL or a path. By default the recorded one." placeholder:"REPOSITORY"`
	To     string `help:"A branch, tag or commit of it." default:"HEAD" placeholder:"REF"`
	Check  bool   `help:"Only say whether there is something new: exit status 2 if there is."`
	DryRun bool   `help:"Print what would change, and change nothing."`
}

// Help is shown by project update --help.
func (updateCommand) Help() string {
	return `The branch template holds the template as this project would have been made from it. The
command adds the newer state to that branch and merges it into the current one. Conflicts
are those of git: resolve them, or go back with git merge --abort. Files that you deleted stay
deleted, and features that you removed stay removed.

It runs the code of the template's repository, like a build of what you merge. In CI, build
the tool to see its exit status: go run turns every status but 0 into 1.

Examples:
  go build -o project ./cmd/project && ./project update --check
  go run ./cmd/project update
  go run ./cmd/project update --from ../templatesite --to v0.2.0`
}

// templateBranch is the branch whose commits are the template as the project would have been
// made from it.
const templateBranch = "template"

// errNews is the status of update --check when there is something new.
const errNews = exitStatus(2)

// Run merges a newer state of the template into the project in the working directory.
func (c updateCommand) Run(console *console) error {
	open := openCheckout
	if c.Check || c.DryRun {
		open = openRepository
	}
	project, err := open()
	if err != nil {
		return err
	}
	files, err := project.files()
	if err != nil {
		return err
	}
	r, err := readRecord(files)
	if err != nil {
		return err
	}
	if branch, err := git(project.folder, "branch", "--show-current"); err == nil && branch == templateBranch {
		return errors.New("this is the branch template, which only this command changes: switch to your own, as in git switch main")
	}
	work, err := os.MkdirTemp("", "template")
	if err != nil {
		return err
	}
	defer os.RemoveAll(work)
	if c.From == "" {
		c.From = r.Template
	}
	source, err := fetch(work, c.From, c.To, r)
	if err != nil {
		return err
	}
	if source.news == "" {
		console.say("up to date: this project has %s (%s) of the template", r.Version, r.Commit[:12])
		return nil
	}
	console.say("%s", source.news)
	if c.Check {
		return errNews
	}
	base, next, err := source.states(project, r)
	if err != nil {
		return err
	}
	if c.DryRun {
		stat, err := git(project.folder, "diff", "--stat", base, next)
		console.say("%s", stat)
		return err
	}
	return merge(console, project, base, next)
}

// source is a clone of the template.
type source struct {
	folder string
	// old is the state that the project has, target the one to update to.
	old, target string
	// news says what is new. It is empty if nothing is.
	news string
}

// fetch clones the template, and finds out what is new there.
func fetch(work, from, to string, r record) (source, error) {
	s := source{folder: filepath.Join(work, "clone"), old: r.Commit}
	if _, err := git(work, "clone", "--quiet", from, s.folder); err != nil {
		return source{}, fmt.Errorf("the template cannot be fetched: %w\nName its repository with --from", err)
	}
	var err error
	for _, ref := range []string{"origin/" + to, to} {
		if s.target, err = git(s.folder, "rev-parse", "--verify", "--quiet", ref+"^{commit}"); err == nil {
			break
		}
	}
	if err != nil {
		return source{}, fmt.Errorf("the template has no branch, tag or commit %q", to)
	}
	if _, err := git(s.folder, "cat-file", "-e", s.old+"^{commit}"); err != nil {
		return source{}, fmt.Errorf("%s has no commit %s, which this project was made from: name a repository that has it with --from", from, s.old)
	}
	commits, err := git(s.folder, "rev-list", "--count", s.old+".."+s.target)
	if err != nil || commits == "0" {
		return s, err
	}
	s.news, err = s.whatIsNew(r, commits)
	return s, err
}

// whatIsNew returns the sections of the changelog that the project does not have.
func (s source) whatIsNew(r record, commits string) (string, error) {
	changelog, err := git(s.folder, "show", s.target+":docs/CHANGELOG.md")
	if err != nil {
		return "", err
	}
	_, sections, _ := strings.Cut(changelog, "\n## ")
	if news, _, known := strings.Cut("\n## "+sections, "\n## "+r.Version+"\n"); known {
		sections = strings.TrimPrefix(news, "\n## ")
	}
	news := fmt.Sprintf("the template has %s commits since %s (%s)", commits, r.Version, r.Commit[:12])
	if sections != "" {
		news += ":\n\n## " + strings.TrimSpace(sections) + "\n"
	}
	return news, nil
}

// states returns two commits in the repository of the project, which no branch has yet: the
// template as the project has it, and as it will have it.
func (s source) states(project checkout, r record) (base, next string, err error) {
	parent := lastMerged(project)
	oldTree, err := s.render(project, s.old, r)
	if err != nil {
		return "", "", err
	}
	base = parent
	if parent == "" || treeOf(project, parent) != oldTree {
		if base, err = commitTree(project, oldTree, "The template at "+s.old[:12]+", as it is used", parent); err != nil {
			return "", "", err
		}
	}
	newTree, err := s.render(project, s.target, r)
	if err != nil {
		return "", "", err
	}
	next, err = commitTree(project, newTree, "The template at "+s.target[:12], base)
	return base, next, err
}

// lastMerged returns the last commit of the branch template that the project has merged. It
// is empty in a clone without that branch.
func lastMerged(project checkout) string {
	for _, branch := range []string{templateBranch, "origin/" + templateBranch} {
		if commit, err := git(project.folder, "merge-base", "HEAD", branch); err == nil {
			return commit
		}
	}
	return ""
}

func treeOf(project checkout, commit string) string {
	id, _ := git(project.folder, "rev-parse", commit+"^{tree}") // no tree is equal to an empty id
	return id
}

// render makes the files of the project from a state of the template, with the tool of that
// state, and returns them as a tree in the project's repository.
func (s source) render(project checkout, commit string, r record) (string, error) {
	if _, err := git(s.folder, "checkout", "--quiet", commit); err != nil {
		return "", err
	}
	recorded := filepath.Join(filepath.Dir(s.folder), "record.json")
	if err := os.WriteFile(recorded, []byte(r.String()), 0o600); err != nil {
		return "", err
	}
	folder := filepath.Join(filepath.Dir(s.folder), commit)
	cmd := exec.CommandContext(context.Background(), "go", "run", "./cmd/project", "render", recorded, folder)
	cmd.Dir = s.folder
	cmd.Env = append(os.Environ(), "GOWORK=off")
	var output bytes.Buffer
	cmd.Stdout, cmd.Stderr = &output, &output
	if err := cmd.Run(); err != nil {
		return "", fmt.Errorf("the template at %s cannot be rendered: %s", commit[:12], output.String())
	}
	return writeTree(project, folder)
}

// writeTree stores the files of a folder as a tree in the repository of the project, without
// touching its index.
func writeTree(project checkout, folder string) (string, error) {
	index := folder + ".index"
	repository, err := git(project.folder, "rev-parse", "--absolute-git-dir")
	if err != nil {
		return "", err
	}
	run := func(args ...string) (string, error) {
		return gitWith([]string{"GIT_INDEX_FILE=" + index}, folder, append([]string{"--git-dir", repository, "--work-tree", folder}, args...)...)
	}
	if _, err := run("add", "--all", "."); err != nil {
		return "", err
	}
	return run("write-tree")
}
