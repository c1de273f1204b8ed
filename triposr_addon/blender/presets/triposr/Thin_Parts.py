import bpy

bpy.ops.triposr.use_recipe('EXEC_DEFAULT', True, recipe='{"resolution": 256, "threshold": 12.0, "decimate_ratio": 1.0}')
