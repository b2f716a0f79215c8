#!/bin/sh
# Options: each one of a program and its commands is in its page, each one in the page is
# there, and is used by a test of the program.
. "${top_srcdir:-$(dirname "$0")/../..}/tests/lib.sh"
need python3
# PROGRAM SECTION HOW: how tests call it, beside its name.  A file that neither names the
# program nor says HOW is no test of it.
cat >"$T/programs" <<'END'
imgadm-agentd 8 \$agentd|\bagentd\(\)
imgadm-centerd 8 \$centerd|center_start|center_wrap
imgadm-device 1 \$device|/agent-lib\.sh|/install-lib\.sh
imgadm-fleet 8 \$fleet|\$\{fleet
imgadm-graph 1 \$graph
imgadm-install 8 \$install\b
imgadm-judge 8 \$judge|\$\{judge
imgadm-poll 8 \$poll\b|poll_run
imgadm-tftp 1 \$tftp\b
imgadm-tftpd 8 \$tftpd\b|tftpd_start
imgadm-update 8 \$update
imgadm 1 \bimgadm\b
END
# PROGRAM OPTION why no test can show it
cat >"$T/excepted" <<'END'
END
python3 - "$T/programs" "$T/excepted" "${top_srcdir:?}" >"$T/result" <<'END'
import os, re, subprocess, sys
programs, excepted, src = sys.argv[1:]
excepted = {tuple(l.split()[:2]) for l in open(excepted)}
tests = {}
for folder, _, names in os.walk(os.path.join(src, 'tests')):
    for name in names:
        if name.endswith(('.sh', '.c')) and name != 'options.sh':
            tests[os.path.join(folder, name)] = open(os.path.join(folder, name), errors='replace').read()

def help_of(words):
    out = subprocess.run(words + ['--help'], capture_output=True, text=True, timeout=60)
    if out.returncode != 0:
        raise SystemExit('%s --help: status %d' % (' '.join(words), out.returncode))
    return out.stdout

# (names, as ('q', 'quiet')) of each option that a help has
def options_of(text):
    found = set()
    for line in text.split('\nOptions:\n', 1)[-1].split('\n'):
        m = re.match(r' +(?:-(\w)(?:, )?)?(?:--([a-z0-9-]+))?', line)
        names = tuple(n for n in m.groups() if n) if m else ()
        if names:
            found.add(names)
    return found

def commands_of(text):
    part = re.search(r'\nCommands:\n(.*?)\n\n', text, re.S)
    for line in part.group(1).split('\n') if part else []:
        m = re.match(r'  ([a-z][a-z-]*(?: [a-z][a-z-]*)?)(?= |$)', line)
        if m:
            words = m.group(1).split(' ')
            yield words

# The flags of a line of mdoc: behind Fl, and behind a comma that follows one.
def flags_of(line):
    found, last = [], ''
    for word in line.split():
        if last in ('Fl', 'Fl ,') and re.fullmatch(r'-?[A-Za-z0-9][a-z0-9-]*', word) and word not in ('Fl', 'Ar', 'Ns', 'Cm', 'Op', 'Oo'):
            found.append(word.lstrip('-'))
            last = 'flag'
        elif word == 'Fl':
            last = 'Fl'
        elif word == ',' and last in ('flag', 'argument'):
            last = 'Fl ,' if last == 'flag' else ''
        elif last == 'flag':
            last = 'argument' if word == 'Ar' else ''
        elif last == 'argument':
            pass
    return found

for row in open(programs):
    name, section, how = row.split(' ', 2)
    how = re.compile(r'\b%s\b(?!-)|%s' % (name, how.strip()))
    helps = [help_of([name])]
    for words in commands_of(helps[0]):
        helps.append(help_of([name] + words))
    have = set().union(*(options_of(h) for h in helps))
    page = open(os.path.join(src, 'man', '%s.%s' % (name, section))).read()
    items = [flags_of(l) for l in page.split('\n') if l.startswith('.It Fl')]
    items = [i for i in items if i]
    mentioned = {f for l in page.split('\n') if l.startswith('.') for f in flags_of(l)}
    flags = {n for names in have for n in names}
    missing = sorted('/'.join(o) for o in have if not any(n in mentioned for n in o))
    print('%s: each option is in its page|%s' % (name, ', '.join(missing)))
    print('%s: each option of its page is there|%s' % (name,
        ', '.join(sorted('/'.join(i) for i in items if not all(n in flags for n in i)))))
    text = '\n'.join(t for t in tests.values() if how.search(t))
    unused = set()
    for item in items:
        known = {n for o in have if any(x in item for x in o) for n in o} | set(item)
        if any((name, n) in excepted for n in known):
            continue
        if not any(re.search(r'(?:^|[\s"\'(=,|])%s(?![a-z0-9-])' % (('--' if len(n) > 1 else '-') + n), text, re.M) for n in known):
            unused.add('/'.join(item))
    print('%s: each option of its page is tested|%s' % (name, ', '.join(sorted(unused))))
END
ok 'each program tells its options' test $? = 0
while IFS='|' read -r what wrong; do
	is "$what" "$wrong" ''
done <"$T/result"
done_testing
