-- A capper of a bottling line: a machine like the others.
return { extends = "machine", title = "Capper", match = "capper-*" }
