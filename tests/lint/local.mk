# tests/lint/: arrows, banned functions, claims, shell, man pages.
LINTS = \
	%D%/arrows.sh \
	%D%/banned.sh \
	%D%/claims.sh \
	%D%/man.sh \
	%D%/shell.sh \
	%D%/text.sh
EXTRA_DIST += $(LINTS) tests/claims

# Not part of make check: it is about the source, not about this build.
lint:
	@status=0; for l in $(LINTS); do echo "== $$l"; \
		sh $(top_srcdir)/$$l || status=1; done; exit $$status
.PHONY: lint
