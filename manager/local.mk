# manager/
