"""The foundation of mmseg: configs, images, files, layers, operators, training. It knows nothing of segmentation."""

from . import compat
from .utils.lazy import lazy_names
from .version import __version__, version_info

_NAMES = {
    '.config': 'Config ConfigDict DictAction',
    '.fileio': """
        BaseFileHandler BaseStorageBackend FileClient JsonHandler PickleHandler YamlHandler dict_from_file dump
        list_from_file load register_handler""",
    '.image': """
        Color adjust_brightness adjust_color adjust_contrast adjust_hue adjust_lighting adjust_sharpness
        auto_contrast bbox_clip bbox_scaling bgr2gray bgr2hls bgr2hsv bgr2rgb bgr2ycbcr clahe color_val cutout
        dequantize gray2bgr gray2rgb hls2bgr hsv2bgr imconvert imcrop imdenormalize imequalize imflip imflip_
        imfrombytes iminvert imnormalize imnormalize_ impad impad_to_multiple imread imrescale imresize
        imresize_like imresize_to_multiple imrotate imshear imshow imshow_bboxes imshow_det_bboxes imtranslate
        imwrite lut_transform posterize quantize rescale_size rgb2bgr rgb2gray rgb2ycbcr solarize tensor2imgs
        use_backend ycbcr2bgr ycbcr2rgb""",
    '.utils': """
        ConfigError ProgressBar Registry Timer build_from_cfg check_file_exist collect_env concat_list
        deprecated_api_warning digit_version fopen get_git_hash get_logger import_modules_from_strings is_filepath
        is_list_of is_method_overridden is_seq_of is_str is_tuple_of iter_cast list_cast mkdir_or_exist print_log
        scandir slice_list symlink track_iter_progress track_parallel_progress track_progress tuple_cast""",
}
__getattr__, __dir__, __all__ = lazy_names(__name__, _NAMES, 'config fileio image utils')
__all__ += ['__version__', 'version_info']
compat.install()
