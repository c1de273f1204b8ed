import bpy

bpy.ops.triposr.use_asset_recipe('EXEC_DEFAULT', True, recipe='{"budget": {"method": "DECIMATE", "faces": 20000}, "levels": {"count": 3, "by": "COUNT", "count_1": 8000, "count_2": 3000, "count_3": 1000}, "colliders": {"kind": "PARTS", "parts": 8, "vertices": 32}, "texture": {"size": "2048", "padding": 16}, "making": {"clean": true, "texture": true}}')
