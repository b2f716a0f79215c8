# mib.awk: everything that is made from a MIB's text.
#
#   awk -v mode=text -v root=OID -f mib.awk IMGADM-MIB.in	the MIB, rooted at OID
#	(-v module=IMGADM-CENTER-MIB for the other one)
#   awk -v mode=header -v root=OID -f mib.awk IMGADM-MIB.txt	C header
#   awk -v mode=map -v root=OID -f mib.awk IMGADM-MIB.txt	name, OID, syntax, access
#
# POSIX awk, no extensions.  The parser knows as much of SMIv2 as our own
# modules use: one definition of a name, then "::= { parent sub-id ... }",
# the parent defined above or a well-known one.

function die(what) {
	print "mib.awk: " FILENAME ": " what > "/dev/stderr"
	failed = 1
	exit 1
}

# "enterprises netSnmp(8072) ..." for root: what SMIv2 wants above a module.
# Arcs are named, since a nameless one in the middle defines a node implicitly.
function root_parent(oid,	arcs, n, i, first, text, name, prefix) {
	n = split(oid, arcs, ".")
	for (i = 1; i <= n; i++)
		if (arcs[i] !~ /^(0|[1-9][0-9]*)$/ || length(arcs[i]) > 10 ||
		    arcs[i] + 0 > 2147483647)
			die("root " oid ": want numbers up to 2147483647")
	if (n < 4 || arcs[1] != 1)
		die("root " oid ": want at least four numbers, the first 1")
	if (oid == playpen)
		return "enterprises netSnmp(8072) netSnmpExperimental(9999) netSnmpPlaypen(9999)"
	if (index(oid ".", "1.3.6.1.4.1.") == 1) {
		text = "enterprises"
		first = 7
	} else if (index(oid ".", "1.3.6.1.3.") == 1) {
		text = "experimental"
		first = 6
	} else {
		text = "iso"
		first = 2
	}
	for (i = first; i <= n; i++) {
		name = "imgadmArc" i
		prefix = prefix "." arcs[i]
		if (first == 2 && prefix in well_known)
			name = well_known[prefix]
		text = text " " name "(" arcs[i] ")"
	}
	return text
}

# Cut strings and comments out of a line; a string may go on over lines.
function strip(line,	out, q, c) {
	out = ""
	while (line != "") {
		if (in_string) {
			q = index(line, "\"")
			if (q == 0)
				return out
			in_string = 0
			line = substr(line, q + 1)
			continue
		}
		q = index(line, "\"")
		c = index(line, "--")
		if (c > 0 && (q == 0 || c < q))
			return out substr(line, 1, c - 1)
		if (q == 0)
			return out line
		out = out substr(line, 1, q - 1) " "
		in_string = 1
		line = substr(line, q + 1)
	}
	return out
}

function resolve(from, to,	i, oid, sub_id) {
	if (!(tok[from] in oid_of))
		die("parent " tok[from] " is not defined above")
	oid = oid_of[tok[from]]
	for (i = from + 1; i <= to; i++) {
		sub_id = tok[i]
		# name(number) is three tokens: name ( number )
		if (sub_id ~ /^[()]$/ || sub_id ~ /^[A-Za-z]/)
			continue
		if (sub_id !~ /^[0-9]+$/)
			die("sub-identifier " sub_id)
		oid = oid "." sub_id
	}
	return oid
}

# Tokens a..b as text: no blanks inside parentheses.
function join_tokens(a, b,	i, text) {
	text = ""
	for (i = a; i <= b; i++) {
		if (text != "" && tok[i] !~ /^[),]$/ && tok[i - 1] != "(" &&
		    (tok[i] != "(" || tok[i - 1] ~ /^[A-Z]/))
			text = text " "
		text = text tok[i]
	}
	return text
}

function is_macro(word) {
	return word ~ /^(MODULE-IDENTITY|OBJECT-IDENTITY|OBJECT-TYPE|NOTIFICATION-TYPE|OBJECT-GROUP|NOTIFICATION-GROUP|MODULE-COMPLIANCE)$/
}

# Enumeration in tokens a..b, as X(value, "name") ...
function enumeration(a, b,	i, text) {
	text = ""
	for (i = a; i < b; i++)
		if (tok[i] == "(" && tok[i + 1] ~ /^[0-9]+$/ && tok[i - 1] ~ /^[a-z]/)
			text = text " X(" tok[i + 1] ", \"" tok[i - 1] "\")"
	return text
}

function define(name, kind, oid) {
	if (name in oid_of)
		die(name " is defined twice")
	oid_of[name] = oid
	kind_of[name] = kind
	names[++name_count] = name
}

function parse(	i, j, k, name, kind, syntax_a, syntax_b) {
	for (i = 1; i <= tok_count; i++) {
		if (tok[i] == "IMPORTS") {
			while (i <= tok_count && tok[i] != ";")
				i++
			continue
		}
		name = tok[i]
		if (tok[i + 1] == "::=" && tok[i + 2] == "TEXTUAL-CONVENTION") {
			for (j = i + 3; j < tok_count && tok[j] != "SYNTAX"; j++)
				;
			i = j
			if (tok[j + 2] != "{")
				continue
			for (k = j + 3; k < tok_count && tok[k] != "}"; k++)
				;
			enum_of[name] = enumeration(j + 1, k)
			enum_names[++enum_count] = name
			i = k
			continue
		}
		if (tok[i + 1] == "OBJECT" && tok[i + 2] == "IDENTIFIER" && tok[i + 3] == "::=")
			kind = "OBJECT IDENTIFIER"
		else if (is_macro(tok[i + 1]))
			kind = tok[i + 1]
		else
			continue
		syntax_a = 0
		for (j = i + 1; j <= tok_count && tok[j] != "::="; j++) {
			if (kind != "OBJECT-TYPE")
				continue
			if (tok[j] == "SYNTAX")
				syntax_a = j + 1
			else if (syntax_a && !syntax_b && tok[j] ~ /^(UNITS|MAX-ACCESS)$/)
				syntax_b = j - 1
			if (tok[j] == "MAX-ACCESS")
				access_of[name] = tok[j + 1]
		}
		for (k = j + 2; k <= tok_count && tok[k] != "}"; k++)
			;
		if (k > tok_count)
			die(name " has no end")
		define(name, kind, resolve(j + 2, k - 1))
		if (syntax_a) {
			syntax_of[name] = join_tokens(syntax_a, syntax_b)
			if (tok[syntax_a] == "INTEGER" && tok[syntax_a + 1] == "{") {
				enum_of[name] = enumeration(syntax_a, syntax_b)
				enum_names[++enum_count] = name
			}
		}
		syntax_b = 0
		i = k
	}
	if (name_count == 0)
		die("no definitions found")
}

# Whether name has values: a scalar or a column.
function is_leaf(name) {
	return kind_of[name] == "OBJECT-TYPE" && syntax_of[name] !~ /^SEQUENCE OF/ &&
	    name !~ /Entry$/
}

function print_header(	guard, i, name, oid, n, arcs, commas) {
	print "/* Made by mibs/mib.awk from " module "; root " root ". */"
	guard = "IMGADM_MIBS_" toupper(module) "_H"
	gsub(/-/, "_", guard)
	print "#ifndef " guard
	print "#define " guard "\n"
	print "/*"
	print " * IMGADM_OID_name	sub-identifiers, for an initialiser"
	print " * IMGADM_LEN_name	how many"
	print " * IMGADM_OIDTXT_name	the same as text"
	print " * IMGADM_COL_name	the last one, of a column or a scalar (without .0)"
	print " * IMGADM_ENUM_name(X)	X(value, \"name\") for each value of an enumeration"
	print " */"
	for (i = 1; i <= name_count; i++) {
		name = names[i]
		oid = oid_of[name]
		n = split(oid, arcs, ".")
		commas = oid
		gsub(/\./, ", ", commas)
		print "#define IMGADM_OID_" name " " commas
		print "#define IMGADM_LEN_" name " " n
		print "#define IMGADM_OIDTXT_" name " \"" oid "\""
		if (is_leaf(name))
			print "#define IMGADM_COL_" name " " arcs[n]
	}
	print ""
	for (i = 1; i <= enum_count; i++)
		print "#define IMGADM_ENUM_" enum_names[i] "(X)" enum_of[enum_names[i]]
	print "\n#endif"
}

function print_map(	i, name) {
	for (i = 1; i <= name_count; i++) {
		name = names[i]
		print name "\t" oid_of[name] "\t" \
		    (name in syntax_of ? syntax_of[name] : kind_of[name]) "\t" \
		    (name in access_of ? access_of[name] : "-")
	}
}

BEGIN {
	playpen = "1.3.6.1.4.1.8072.9999.9999"
	oid_of["iso"] = "1"
	oid_of["experimental"] = "1.3.6.1.3"
	oid_of["enterprises"] = "1.3.6.1.4.1"
	# SNMPv2-SMI's own labels: another one for the same node is a warning.
	well_known[".3"] = "org"
	well_known[".3.6"] = "dod"
	well_known[".3.6.1"] = "internet"
	well_known[".3.6.1.1"] = "directory"
	well_known[".3.6.1.2"] = "mgmt"
	well_known[".3.6.1.2.1"] = "mib-2"
	well_known[".3.6.1.4"] = "private"
	well_known[".3.6.1.5"] = "security"
	well_known[".3.6.1.6"] = "snmpV2"
	if (module == "")
		module = "IMGADM-MIB"
	if (mode == "text") {
		parent = root_parent(root)
		imported = parent
		sub(/ .*/, "", imported)
		imported = imported == "iso" ? "" : ", " imported
	} else if (mode != "header" && mode != "map") {
		die("mode " mode ": want text, header or map")
	}
}

mode == "text" {
	# The template has no name: in one folder with its text, a MIB parser
	# would find the module twice.
	sub(/@MIB_NAME@/, module)
	sub(/@MIB_IMPORT@/, imported)
	sub(/@MIB_PARENT@/, parent)
	print
	next
}

{
	text = strip($0)
	gsub(/[{}();,|]/, " & ", text)
	n = split(text, words)
	for (w = 1; w <= n; w++)
		tok[++tok_count] = words[w]
}

END {
	if (failed)
		exit 1
	if (mode == "text")
		exit 0
	parse()
	if (mode == "header")
		print_header()
	else
		print_map()
}
