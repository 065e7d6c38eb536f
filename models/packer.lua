-- A packer of a bottling line: a machine whose tools only its maker changes.
return {
  extends = "machine", title = "Packer", match = "packer-*",
  parameters = { reject_limit = { default = 5 } }, -- a carton tears more often than a bottle breaks
  commands = { service = false },
  alarms = { many_rejects = { advice = "Call its maker: the tools are worn" } },
}
