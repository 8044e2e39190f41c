"""How it runs: settings, resources, jobs and the `speechmap` command."""
