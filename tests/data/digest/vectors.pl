#!/usr/bin/perl
# Makes the test vectors of imgStructureDigest; see README.
use strict;
use warnings;
use utf8;
use Digest::SHA qw(sha256_hex);
use Encode qw(encode_utf8);

# Columns of imgUnitTable and imgSoftwareTable in the order of the MIB:
# i = integer, s = string, d = digest of an image, a = absent or not; - = not hashed.
my @unit = qw(i s i i i s s s s s a i - i - - i -);
my @software = qw(- i s s s d i - i);
my $absent = 5;	# imgUnitOperState

sub value
{
	my ($kind, $v) = @_;
	my $octets;

	return '' if $kind eq '-';
	$octets = pack('Q>', $v) if $kind eq 'i';
	$octets = pack('Q>', $v == $absent ? 1 : 0) if $kind eq 'a';
	$octets = encode_utf8($v) if $kind eq 's';
	$octets = $v eq '-' ? '' : pack('H*', $v) if $kind eq 'd';
	return pack('N', length $octets) . $octets;
}

sub vector
{
	my ($name, @rows) = @_;
	my $hashed = '';

	for my $u (sort { $a->[1] <=> $b->[1] } grep { $_->[0] eq 'unit' } @rows) {
		$hashed .= value($unit[$_], $u->[$_ + 1]) for 0 .. $#unit;
		for my $s (sort { $a->[2] <=> $b->[2] }
		    grep { $_->[0] eq 'software' && $_->[1] == $u->[1] } @rows) {
			$hashed .= value($software[$_], $s->[$_ + 1]) for 0 .. $#software;
		}
	}
	open(my $out, '>:utf8', "$name.txt") or die "$name.txt: $!";
	print $out join("\t", @$_), "\n" for @rows;
	print $out "hashed\t", length $hashed, "\n";
	print $out "digest\t", sha256_hex($hashed), "\n";
	close($out) or die "$name.txt: $!";
}

my $image = 'ab' x 32;

vector('empty');
vector('chassis',
	['unit', 1, 'DEV', 2, 3, 0, 'Lobby printer', 'acme', 'C650', 'A', '8841207',
	 2, 1, 12345, 2, 0, 0, 0, 1]);
vector('printer',
	['unit', 1, 'DEV', 2, 3, 0, 'Lobby printer', 'acme', 'C650', 'A', '8841207',
	 2, 1, 12345, 2, 0, 1700000000, 0, 1],
	['unit', 2, 'CTL', 2, 4, 1, 'Controller', 'acme', 'CB-2', '2.13', 'K100',
	 2, 1, 0, 1, 0, 1700000000, 2, 1],
	['unit', 5, 'FUS', 2, 8, 1, 'Fixiereinheit für A3', 'acmé', 'F-9', 'B', '漢字-7',
	 3, 1, 99000, 2, 100000, 1700000000, 0, 1],
	['unit', 9, 'FIN', 2, 16, 1, '', '', 'FS-5', 'A', 'F0231',
	 5, 2, 0, 6, 4000000000, 0, 1, 3],
	['unit', 2147483647, 'print', 1, 23, 0, '', '', '', '', '', 2, 1, 77, 4, 0, 0, 0, 1],
	['software', 2, 1, 'controller-fw', 'acme', '13', $image, 1, 1700000001, 4],
	['software', 2, 2, 'controller-fw', 'acme', '14', '-', 3, 1700000002, 0],
	['software', 9, 1, '', '', '', '-', 6, 0, 4294967295]);
vector('longest',
	['unit', 1, 'ä' x 16, 2, 3, 0, ('x' x 253) . 'é', 'm' x 64, 'n' x 64, 'r' x 32,
	 's' x 64, 7, 2, 18446744073709551615, 7, 4294967295, 1, 8, 5],
	map { ['software', 1, $_, 'i' x 64, 'c' x 64, 'v' x 32, $image, ($_ - 1) % 7 + 1,
	    $_, $_] } 1 .. 8);
