module samples

go 1.19

require shmbroker v0.0.0

replace shmbroker => ../../bindings/go
