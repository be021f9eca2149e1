"""The runtime: cuts people out of photos with an exported model. Needs the base install only."""
