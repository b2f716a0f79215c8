# mibs/
