"""Rendered people: dressed bodies in rooms, streets and parks, with masks that are exact.

| folder | what is in it |
| --- | --- |
| `geometry` | meshes: how they are made, turned, bent, joined and cut |
| `materials` | colours, textures and what is painted; meshes covered with one material |
| `figures` | people: body, pose, skin, hair and clothes |
| `things` | what people hold, furniture, animals, plants, vehicles, buildings |
| `rendering` | from meshes and light to a photo and its masks |
| `scenes` | places, with people or empty; light maps; where the camera stands |

Each folder imports only from those above it, but for two that know nothing of one another: `rendering` imports no
`figures` and no `things`. The files beside the folders put it all together: `ingredients` (files that pictures are made
from), `picture` (one picture from a seed), `rendered_set` (many as a data set).
"""
