import bpy

bpy.ops.triposr.use_asset_recipe('EXEC_DEFAULT', True, recipe='{"budget": {"method": "DECIMATE", "faces": 5000}, "levels": {"count": 3, "by": "COUNT", "count_1": 2500, "count_2": 1000, "count_3": 300}, "colliders": {"kind": "HULL", "vertices": 32}, "texture": {"size": "1024", "padding": 8}, "making": {"clean": true, "texture": true}}')
