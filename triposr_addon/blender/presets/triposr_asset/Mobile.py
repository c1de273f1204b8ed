import bpy

bpy.ops.triposr.use_asset_recipe('EXEC_DEFAULT', True, recipe='{"budget": {"method": "DECIMATE", "faces": 1500}, "levels": {"count": 2, "by": "COUNT", "count_1": 750, "count_2": 300}, "colliders": {"kind": "BOX"}, "texture": {"size": "512", "padding": 4}, "making": {"clean": true, "texture": true}}')
