"""What the stage `audit` looks for: pairs that cannot or should not be trained on."""
