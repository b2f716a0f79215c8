# lib/snmp: Net-SNMP as a manager.
