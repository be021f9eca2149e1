"""The registered model: a version for every pipeline that ends well, and which of them is the champion."""
