-- A filler of a bottling line: a machine like the others.
return { extends = "machine", title = "Filler", match = "filler-*" }
