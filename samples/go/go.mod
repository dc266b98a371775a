module samples

go 1.19

require github.com/shmbroker/shmbroker/bindings/go v0.0.0

replace github.com/shmbroker/shmbroker/bindings/go => ../../bindings/go
