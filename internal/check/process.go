package check

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"math"
	"strconv"
	"strings"
)

// These read the files of Linux below /proc. Where there are none, the answer is unknown.
var processChecks = []Check{
	{"process.root", Error, Deploy, "Run the service as a user of its own, as the image does.", rootUser},
	{"process.capabilities", Error, Deploy, "Drop all capabilities: cap_drop: [ALL]. The service needs none.", capabilities},
	{"process.privileges", Warning, Deploy, "Set no-new-privileges, or drop all capabilities, so that no program that the process starts can gain any.", newPrivileges},
	{"process.writable-root", Warning, Deploy, "Mount the root file system read-only: read_only: true, or ProtectSystem=strict.", writableRoot},
	{"memory.unlimited", Warning, Deploy, "Set a memory limit: the service adapts to it, and a leak does not take the machine with it.", unlimitedMemory},
	{"memory.bodies", Error, Always, "Lower MAX_BODY_BYTES, or allow more memory: a body is copied up to four times while it is read.", largeBodies},
	{"descriptors.few", Warning, Always, "Raise the limit of open files (ulimit -n, LimitNOFILE=) to 1024 or more: each connection needs one.", fewDescriptors},
}

// status returns a field of /proc/self/status.
func (s *Subject) status(field string) (string, error) {
	return s.line("proc/self/status", field+":")
}

// line returns what follows a prefix in the first line of a file that begins with it.
func (s *Subject) line(name, prefix string) (string, error) {
	text, err := fs.ReadFile(s.Root, name)
	if err != nil {
		return "", err
	}
	for line := range strings.Lines(string(text)) {
		if rest, found := strings.CutPrefix(line, prefix); found {
			return strings.TrimSpace(rest), nil
		}
	}
	return "", fmt.Errorf("/%s has no line %s", name, prefix)
}

func rootUser(_ context.Context, s *Subject) (string, error) {
	users, err := s.status("Uid")
	if err != nil {
		return "", err
	}
	all := strings.Fields(users) // real, effective, saved, of the file system
	return when(len(all) > 1 && all[1] == "0", "the process runs as root"), nil
}

// set returns a set of capabilities of the process.
func (s *Subject) set(name string) (uint64, error) {
	text, err := s.status(name)
	if err != nil {
		return 0, err
	}
	return strconv.ParseUint(text, 16, 64)
}

func capabilities(_ context.Context, s *Subject) (string, error) {
	effective, err := s.set("CapEff")
	permitted, err2 := s.set("CapPrm")
	if err := errors.Join(err, err2); err != nil {
		return "", err
	}
	return when(effective|permitted != 0, "the process has capabilities: %#x", effective|permitted), nil
}

// newPrivileges is about programs with the bit setuid, and their like.
func newPrivileges(_ context.Context, s *Subject) (string, error) {
	no, err := s.status("NoNewPrivs")
	bound, err2 := s.set("CapBnd")
	if err := errors.Join(err, err2); err != nil {
		return "", err
	}
	return when(no == "0" && bound != 0, "the process could gain privileges: no-new-privileges is off, and not all capabilities are dropped"), nil
}

func writableRoot(_ context.Context, s *Subject) (string, error) {
	root, err := s.mountOf("/")
	if err != nil {
		return "", err
	}
	return when(!root.readOnly, "the root file system can be written to"), nil
}

func unlimitedMemory(_ context.Context, s *Subject) (string, error) {
	if _, err := fs.Stat(s.Root, "proc/self/cgroup"); err != nil {
		return "", err
	}
	return when(s.MemoryLimit == math.MaxInt64, "no control group limits the memory"), nil
}

// copies is how many times a body is in memory while it is read and decoded.
const copies = 4

// largeBodies demands that one body leaves half of the memory to everything else.
func largeBodies(_ context.Context, s *Subject) (string, error) {
	memory := s.MemoryLimit
	if memory == math.MaxInt64 {
		total, err := s.line("proc/meminfo", "MemTotal:")
		if err != nil {
			return "", err
		}
		kilobytes, err := strconv.ParseInt(strings.TrimSuffix(total, " kB"), 10, 64)
		if err != nil {
			return "", err
		}
		memory = kilobytes << 10
	}
	return when(s.MaxBodyBytes > memory/2/copies, "a body of MAX_BODY_BYTES (%d MB) can take more than half of the memory (%d MB)", s.MaxBodyBytes>>20, memory>>20), nil
}

const leastDescriptors = 1024

func fewDescriptors(_ context.Context, s *Subject) (string, error) {
	limits, err := s.line("proc/self/limits", "Max open files")
	if err != nil {
		return "", err
	}
	soft, _, _ := strings.Cut(limits, " ")
	if soft == "unlimited" {
		return "", nil
	}
	n, err := strconv.Atoi(soft)
	return when(err == nil && n < leastDescriptors, "the process may open %d files", n), err
}

// mount is a file system, and where it is.
type mount struct {
	point, kind string
	readOnly    bool
}

// mountOf returns the mount that an absolute path without links leads to, by /proc/self/mountinfo.
func (s *Subject) mountOf(name string) (found mount, err error) {
	text, err := fs.ReadFile(s.Root, "proc/self/mountinfo")
	if err != nil {
		return mount{}, err
	}
	for line := range strings.Lines(string(text)) {
		// ID PARENT DEVICE ROOT POINT OPTIONS [TAG…] - TYPE SOURCE OPTIONS
		before, after, _ := strings.Cut(line, " - ")
		fields, system := strings.Fields(before), strings.Fields(after)
		if len(fields) < 6 || len(system) < 3 {
			continue
		}
		m := mount{unescape.Replace(fields[4]), system[0], strings.HasPrefix(fields[5]+",", "ro,") || strings.HasPrefix(system[2]+",", "ro,")}
		if isBelow(name, m.point) && len(m.point) >= len(found.point) { // a later one hides an earlier one
			found = m
		}
	}
	if found.point == "" {
		return mount{}, fmt.Errorf("/proc/self/mountinfo does not name the file system of %s", name)
	}
	return found, nil
}

// unescape undoes how the kernel writes the names of files.
var unescape = strings.NewReplacer(`\040`, " ", `\011`, "\t", `\012`, "\n", `\134`, `\`)

func isBelow(name, folder string) bool {
	return name == folder || folder == "/" || strings.HasPrefix(name, folder+"/")
}
