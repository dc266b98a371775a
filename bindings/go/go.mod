module shmbroker

go 1.19
