import bpy

bpy.ops.triposr.use_recipe('EXEC_DEFAULT', True, recipe='{"mask_threshold": 0.5, "fill_holes": true, "largest_part": true}')
