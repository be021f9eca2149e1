"""How good a model is on the test photos: scores by slice, baselines, sheets to look at, and labels to doubt.

`report.evaluate` does it all for the stage; the modules beside it can be used alone.
"""
