"""Necks register in :data:`mmseg.models.builder.NECKS`; PSPNet needs none."""
