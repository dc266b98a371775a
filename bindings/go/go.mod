module github.com/shmbroker/shmbroker/bindings/go

go 1.19
