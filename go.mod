module tnn-gpu

go 1.26
