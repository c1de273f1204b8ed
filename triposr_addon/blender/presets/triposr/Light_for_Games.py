import bpy

bpy.ops.triposr.use_recipe('EXEC_DEFAULT', True, recipe='{"resolution": 128, "threshold": 25.0, "decimate_ratio": 0.1}')
