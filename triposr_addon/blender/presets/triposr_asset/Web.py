import bpy

bpy.ops.triposr.use_asset_recipe('EXEC_DEFAULT', True, recipe='{"engine": "WEB", "budget": {"method": "DECIMATE", "faces": 5000}, "levels": {"count": 0}, "colliders": {"kind": "NONE"}, "texture": {"size": "1024", "padding": 8}, "making": {"clean": true, "texture": true}}')
