package main

import (
	"errors"
	"path"
	"slices"
	"strings"
)

// identityFor returns the arguments that let git commit where nobody has told it a name.
func identityFor(folder string) []string {
	if _, err := git(folder, "var", "GIT_COMMITTER_IDENT"); err == nil {
		return nil
	}
	return []string{"-c", "user.name=project", "-c", "user.email=project@localhost"}
}

// commitTree stores a commit, which no branch has yet.
func commitTree(project checkout, id, subject string, parents ...string) (string, error) {
	args := append(identityFor(project.folder), "commit-tree", id, "-m", subject)
	for _, parent := range parents {
		if parent != "" {
			args = append(args, "-p", parent)
		}
	}
	return git(project.folder, args...)
}

// merge merges next into the current branch. The project contains base already.
func merge(console *console, project checkout, base, next string) error {
	folder := project.folder
	if _, err := git(folder, "merge-base", "--is-ancestor", base, "HEAD"); err != nil {
		// The project is what it is: this only tells git where the next merge begins.
		head, err := commitTree(project, "HEAD^{tree}", "Record the state of the template", "HEAD", base)
		if err != nil {
			return err
		}
		if _, err := git(folder, "merge", "--quiet", "--ff-only", head); err != nil {
			return err
		}
	}
	args := append(identityFor(folder), "-c", "merge.directoryRenames=false", "merge", "--no-ff", "--no-commit",
		"--message", "Merge the template", next)
	_, mergeErr := git(folder, args...)
	if unmerged, err := git(folder, "rev-parse", "--verify", "--quiet", "MERGE_HEAD"); err != nil || unmerged == "" {
		return mergeErr // git could not begin
	}
	if _, err := git(folder, "branch", "--force", templateBranch, next); err != nil {
		return err
	}
	if err := keepDeleted(console, folder, base, next); err != nil {
		return err
	}
	conflicts, err := git(folder, "diff", "--name-only", "--diff-filter=U")
	if err != nil {
		return err
	}
	if conflicts != "" {
		console.say("these files changed on both sides:\n%s\nResolve the conflicts, git add the files, and git commit; or go back with git merge --abort", conflicts)
		return errors.New("the merge has conflicts")
	}
	tidy(console, folder)
	if _, err := git(folder, "add", "--update"); err != nil {
		return err
	}
	if _, err := git(folder, append(identityFor(folder), "commit", "--quiet", "--no-edit", "--no-verify")...); err != nil {
		return err
	}
	console.say("merged: look at it with git show, run go test ./...; git reset --hard HEAD~1 undoes it")
	return nil
}

// keepDeleted deletes from a merge in progress what the project had deleted: files that changed
// in the template, and new files in folders of which nothing is left.
func keepDeleted(console *console, folder, base, next string) error {
	status, err := git(folder, "status", "--porcelain", "-z")
	if err != nil {
		return err
	}
	var deleted []string
	for _, entry := range strings.Split(status, "\x00") {
		if name, ok := strings.CutPrefix(entry, "DU "); ok {
			deleted = append(deleted, name)
		}
	}
	added, err := git(folder, "diff", "--name-only", "--no-renames", "--diff-filter=A", "-z", base, next)
	if err != nil {
		return err
	}
	was, err := folders(folder, base)
	if err != nil {
		return err
	}
	is, err := folders(folder, "HEAD")
	if err != nil {
		return err
	}
	for _, name := range strings.FieldsFunc(added, func(c rune) bool { return c == 0 }) {
		if parent := path.Dir(name); was[parent] && !is[parent] {
			deleted = append(deleted, name)
		}
	}
	slices.Sort(deleted)
	for _, name := range slices.Compact(deleted) {
		if _, err := git(folder, "rm", "--quiet", "--force", "--ignore-unmatch", "--", name); err != nil {
			return err
		}
		console.say("stays deleted: %s", name)
	}
	return nil
}

// folders returns the folders of a commit that contain files.
func folders(repository, commit string) (map[string]bool, error) {
	names, err := git(repository, "ls-tree", "-r", "--name-only", "-z", commit)
	if err != nil {
		return nil, err
	}
	all := map[string]bool{}
	for _, name := range strings.Split(names, "\x00") {
		all[path.Dir(name)] = true
	}
	return all, nil
}
