-- A packer of a bottling line: a machine like the others.
return { extends = "machine", title = "Packer", match = "packer-*" }
