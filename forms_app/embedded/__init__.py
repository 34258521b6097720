"""Everything on one machine: starts, watches and stops the processes that make up Fieldhand."""
