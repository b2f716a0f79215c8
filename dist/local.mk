# dist/: what is installed beside the programs, and the demo.
EXTRA_DIST += %D%/demo.sh
